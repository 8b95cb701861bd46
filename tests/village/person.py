"""One person of the village: what she thinks, what she remembers, and what she does when a call speaks to her.

She acts on what she hears alone. What she meant and what she heard said back is her ledger, the witness of every
answer. It must not know how calls and texts reach her (`tests.village.phones`).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contact.calendar import ZONE
from contact.ladder import part_of_day
from ivr.script import Gather
from survey.engine import side_question_forms as asides
from survey.form.questionnaire import Question
from tests.village.ear import BACK, BACK_IN_NUMBER, LATER, STAR, TALKS_OF_PAUSE, Ear, Understood
from tests.village.model import MODEL, Chance

BESIDE = {
    "1": "24", "2": "135", "3": "26", "4": "157", "5": "2468", "6": "359", "7": "48", "8": "5790", "9": "68", "0": "8",
}  # fmt: skip
"""Keys beside each other."""
MOST_NUMBER = 12
CHOSEN = {asides.WHO: "stay", asides.END: "submit", asides.RIGHT: "yes", asides.WHEN: "now"}
CHOSEN |= {asides.STOP: "no", asides.REFUSE: "no", asides.NEXT: "now", asides.PERSON: "soon"}
"""What she answers to a question of the house, unless something else is on her mind."""
NOT_HERS = "?"
TIMES = ("evening", "tomorrow_morning", "tomorrow_evening")


@dataclass(frozen=True)
class Act:
    """What she does at a prompt: `keys` after so many seconds of it (none: nothing), or the call `ends` for her then:
    "hangs_up", or the line "drops"."""

    keys: str = ""
    after_s: float = 0.0
    ends: str = ""
    bounces: bool = False


@dataclass
class Talk:
    """What she has in mind of the call she is in."""

    noisy: bool = False
    busy: bool = False
    trusts: bool = True
    puts_off: bool = False
    seconds: float = 0.0
    keyed: str = ""
    """The question she keyed last, whose echo she waits for."""
    last: str = ""
    """The one whose echo she heard last."""
    wrong: str = ""
    """A question whose echo was not what she meant: she wants to go back to it."""
    asked: str = ""
    tries: int = 0


@dataclass
class Person:
    """See the module."""

    chance: Chance
    ear: Ear
    meant: dict[str, str] = field(default_factory=dict)
    """What she meant with what she last keyed or wrote, by question."""
    confirmed: dict[str, str] = field(default_factory=dict)
    """What she meant and heard or read said back."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often each question was put to her."""
    met: Counter[str] = field(default_factory=Counter)
    """How often she heard each set of options."""
    knows: set[str] = field(default_factory=set)
    """Keys she was told of."""
    wrote: str = ""
    """The question she answered by text last, whose echo she waits for."""
    answered: int = 0
    has_read: bool = False
    appointed: datetime | None = None
    expects: datetime | None = None
    """Until when she expects a call she has asked for."""
    talk: Talk = field(default_factory=Talk)

    def __post_init__(self) -> None:
        literate = self.chance.of("literate")
        self.willing = self.chance.happens("willing")
        self.clumsy = self.chance.factor("clumsiness_spread")
        self.impatient = self.chance.factor("impatience_spread")
        self.quick = self.chance.happens("quick")
        self.returns_calls = self.willing and self.chance.happens("returns_calls")
        self.writes = literate < MODEL["writes"].value
        self.reads = literate < MODEL["writes"].value + MODEL["reads"].value

    # What she thinks

    def opinion(self, question: Question) -> str:
        """Her answer to a question of the form: always the same."""
        drawn = self.chance.of("opinion", question.name)
        if question.role == "consent":
            return "yes" if self.willing else "no"
        if question.kind == "integer":
            return str(int(drawn * (MOST_NUMBER + 1)))
        return question.choices[int(drawn * len(question.choices))].value

    # Whether she takes a call

    def takes(self, now: datetime) -> bool:
        """Whether she takes a call at `now`."""
        day, part = now.astimezone(ZONE).date(), part_of_day(now)
        if self._asked_for(now):
            return self.chance.happens("taken_expected", day, part)
        if self._chosen(now):
            return self.chance.happens("taken_appointed", day, part)
        own = MODEL[f"taken_{part}"].value + MODEL["taken_spread"].value * (2 * self.chance.of("taken") - 1)
        told = MODEL["taken_announced"].value if self.has_read else 0.0
        return self.chance.of("takes", day, part) < own + told

    def picks_up(self, now: datetime) -> None:
        """A call begins."""
        about = now.astimezone(ZONE).date(), part_of_day(now)
        expected = self._asked_for(now) or self._chosen(now)
        trusts = expected or self.has_read or self.answered > 0
        busy = not expected and self.chance.happens("busy", *about)
        self.talk = Talk(noisy=self.chance.happens("noisy", *about), busy=busy, trusts=trusts)
        self.expects = None

    def _asked_for(self, now: datetime) -> bool:
        return self.expects is not None and now <= self.expects

    def _chosen(self, now: datetime) -> bool:
        return self.appointed is not None and abs(now - self.appointed) < timedelta(minutes=30)

    # What she does in it

    def listens(self, before: list[str], prompts: list[str], gather: Gather, now: datetime) -> Act:
        """What she does at a prompt, having heard the sentences `before` during which no key counts."""
        first, heard = self.ear.hear(before), self.ear.hear(prompts)
        about = self._is_asked(heard.asked)
        whole = first.seconds + heard.seconds
        end = self._ends(about, whole)
        self.talk.seconds += whole
        if end is None or end[1] > first.seconds:
            self._notices(first.echo or heard.echo)
        if end is not None:
            return Act(ends=end[0], after_s=max(0.0, end[1] - first.seconds))
        self.knows |= first.told | heard.told
        act = self._acts(heard, about, TALKS_OF_PAUSE in prompts, now)
        early = self.quick and bool(before) and bool(act.keys)
        return Act() if early and self.chance.happens("too_early", *about) else act

    def hears_out(self, sentences: list[str]) -> None:
        """The last words of a call."""
        self._notices(self.ear.hear(sentences).echo)

    def _is_asked(self, question: str) -> tuple[str, int]:
        self.talk.tries = self.talk.tries + 1 if question == self.talk.asked else 0
        self.talk.asked = question
        self.asked[question] += 1
        return question, self.asked[question]

    def _ends(self, about: tuple[str, int], seconds: float) -> tuple[str, float] | None:
        """How the call ends during this prompt, and after how many seconds of it; None: it goes on."""
        heard = self.talk.seconds + seconds / 2
        rate = MODEL["hangs_up_a_second"].value * self.impatient * (1 + heard / MODEL["tires_s"].value)
        if not self.talk.trusts and about[0] == "consent":
            rate *= MODEL["wary"].value
        tired = MODEL["hangs_up_a_try"].value * self.talk.tries * self.impatient
        if self.chance.of("hangs up", *about) < 1 - math.exp(-rate * seconds) + tired:
            return "hangs_up", seconds * self.chance.of("when", *about)
        if self.chance.of("drops", *about) < 1 - math.exp(-MODEL["line_drops_a_second"].value * seconds):
            return "drops", seconds * self.chance.of("when", *about)
        return None

    def _notices(self, echo: str) -> None:
        """What she keyed last is said back: as she meant it, or not, which she may not notice."""
        name, self.talk.keyed = self.talk.keyed, ""
        if not echo:
            return
        if not name:  # a key for something else was taken for an answer, unless it is the last answer said once more
            last = self.talk.last
            same = last and echo == self.ear.says_back(self.ear.question(last), self.meant[last])
            self.talk.wrong = "" if same else NOT_HERS
            return
        self.talk.last = name
        if echo == self.ear.says_back(self.ear.question(name), self.meant[name]):
            self.confirmed[name] = self.meant[name]
            self.answered += 1
            return
        self.confirmed.pop(name, None)
        if self.chance.happens("notices_noisy" if self.talk.noisy else "notices", name, self.asked[name]):
            self.talk.wrong = name

    def _acts(self, heard: Understood, about: tuple[str, int], pause: bool, now: datetime) -> Act:
        name = heard.asked
        if not name:
            return Act()
        if not self.willing and self.chance.of("how she refuses") < 1 / 2:
            return Act(ends="hangs_up", after_s=heard.seconds / 3)
        if self.talk.busy and name != asides.WHEN:
            return self._has_no_time(heard)
        if self.talk.wrong and name != asides.RIGHT:
            goes_back = self.talk.wrong != NOT_HERS and BACK in self.knows
            self.talk.wrong = ""
            if goes_back:
                figures = self.ear.question(name).kind == "integer" and BACK_IN_NUMBER in heard.told
                return Act("*7#" if figures else "7", 3.5)
        if pause and self.chance.happens("puts_off", *about):
            self.talk.puts_off = True
            return Act("8", heard.seconds)
        if self.chance.of("fails", *about) < self._failing(heard, about):
            return self._fails(heard, about)
        return self._answers(heard, about, now)

    def _has_no_time(self, heard: Understood) -> Act:
        if LATER in self.knows:
            self.talk.busy, self.talk.puts_off = False, True
            return Act("8", heard.seconds)
        return Act(ends="hangs_up", after_s=min(heard.seconds, 8.0))

    def _failing(self, heard: Understood, about: tuple[str, int]) -> float:
        """The chance of a wrong or silent try: more at long sentences and for beginners, less with each repetition."""
        short = MODEL["fails"].value + MODEL["fails_a_second"].value * max(0.0, heard.longest - 3)
        new = 1 + MODEL["fails_new"].value * math.exp(-self.answered / 3)
        noise = MODEL["fails_noise"].value if self.talk.noisy else 0.0
        again = MODEL["fails_again"].value ** (about[1] - 1)
        return min(MODEL["most_fails"].value, (short * self.clumsy * new + noise) * again)

    def _fails(self, heard: Understood, about: tuple[str, int]) -> Act:
        how = self.chance.of("how it fails", *about)
        silent, star = MODEL["silent"].value, MODEL["star"].value
        if how < silent or (not heard.keys and how > silent + star):
            return Act()
        if how < silent + star:
            return Act("*", heard.seconds + 1) if STAR in self.knows else Act()
        self._means(heard.asked)
        own = heard.keys.get(self._option(heard.asked), "")
        others = [key for key in "1234567890" if key != own]
        return Act(others[int(self.chance.of("which key", *about) * len(others))], heard.seconds + 1)

    def _answers(self, heard: Understood, about: tuple[str, int], now: datetime) -> Act:
        question = self.ear.question(heard.asked)
        self._means(heard.asked)
        if question.kind == "integer":
            return Act(self._pressed(self.opinion(question), about) + "#", heard.seconds + 1)
        label = self._option(heard.asked, now)
        if label not in heard.keys:
            return Act()
        options = " ".join(heard.keys)
        self.met[options] += 1
        at = heard.seconds + 0.5 + 2 * self.chance.of("pace", *about)
        if self.quick:
            at = heard.until["" if self.met[options] > 3 and "" in heard.until else label] + 0.5
        key = heard.keys[label]
        return Act(self._pressed(key, about, bounce=False), at, bounces=self._bounces(about))

    def _means(self, name: str) -> None:
        """She is about to answer: a question of the form goes into her ledger."""
        if not asides.is_aside(name):
            self.meant[name] = self.opinion(self.ear.question(name))
            self.talk.keyed = name

    def _option(self, name: str, now: datetime | None = None) -> str:
        """The words of the option she wants."""
        question = self.ear.question(name)
        value = self._wish(name, now) if asides.is_aside(name) else self.opinion(question)
        choice = question.choice(value)
        return choice.label["vi"] if choice else ""

    def _wish(self, name: str, now: datetime | None) -> str:
        """What she answers to a question of the house."""
        if name == asides.RIGHT and self.talk.wrong:
            self.talk.wrong = ""
            return "no"
        if name == asides.WHEN and self.talk.puts_off and now is not None:
            when = TIMES[int(self.chance.of("when else", now.date()) * len(TIMES))]
            self.appointed = asides.time_chosen(when, now)[1]
            return when
        if name == asides.END and self.chance.happens("hears_again") and self.asked[name] == 1:
            return "hear"
        if name == asides.REFUSE and not self.willing:
            return "yes"
        return CHOSEN[asides.parts(name)[0]]

    def _pressed(self, keys: str, about: tuple[str, int], *, bounce: bool = True) -> str:
        """The keys as they come out: one may be the key beside it, one may count twice."""
        out = keys
        if self.chance.of("slips", *about) < MODEL["slips"].value * self.clumsy and keys[0] in BESIDE:
            near = BESIDE[keys[0]]
            out = near[int(self.chance.of("beside", *about) * len(near))] + keys[1:]
        return out[0] + out if bounce and self._bounces(about) else out

    def _bounces(self, about: tuple[str, int]) -> bool:
        return self.chance.of("bounces", *about) < MODEL["bounces"].value * self.clumsy
