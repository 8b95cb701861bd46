"""Cards to hand out before anybody rings: a page an organisation with our number, its code and the questions.

Nothing on a card was answered, and no person's name or number of the organisation stands on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from contact import phone
from contact.sender import SenderRow, preferred
from files import cards, tables
from files.cards import Card
from services.refusal import Refusal
from services.results.exports import Exported, ExportOrder, new_file, permitted
from services.work import Work
from store.messages import senders
from store.results import exports as rows
from store.results.exports import CardRow
from survey.form import questionnaire
from survey.form.questionnaire import Questionnaire


def export_cards(work: Work, order: ExportOrder, officer: str, officer_phone: str) -> Exported:
    """Write the cards of one office's organisations, HTML or (by the file's name) PDF; whole or not at all.

    `officer` and `officer_phone`: whom a leader may ask, else who looks after the commune, else the office.
    Raises Refusal: no office or reason,
    nobody on the list, file there already, or no PDF to be made here.
    """
    if not order.reason.strip():
        raise Refusal("export.no_reason")
    if not order.office:
        raise Refusal("export.cards_office")
    found, office_id = permitted(work, order)
    out = new_file(order.out)
    with work.database.transaction() as conn:
        known = senders.all_rows(conn)
        line, texts = preferred(known, "call"), preferred([s for s in known if s.can_receive], "text")
        held = rows.forms_in(conn, found.id, office_id)
        listed = rows.on_cards(conn, found.id, office_id)
    forms = {each.sha256: questionnaire.from_dict(each.form) for each in held}
    ours = (_dialled(line), _dialled(texts))
    rings_back = line is not None and found.settings.get("ring_in") != "answer"
    made = [
        _card(row, forms, found.title, ours, rings_back, *_officer(work, row, officer, officer_phone)) for row in listed
    ]
    if not made:
        raise Refusal("export.cards_none", office=order.office)
    page = cards.html(made)
    content = cards.pdf(page) if out.suffix == ".pdf" else page.encode()
    if content is None:
        raise Refusal("export.no_pdf")
    with tables.whole_file(out) as file:
        file.write(content)
    return Exported((out,), len(made))


def _card(
    row: CardRow,
    forms: Mapping[str, Questionnaire],
    title: str,
    ours: tuple[str, str],
    rings_back: bool,
    officer: str,
    officer_phone: str,
) -> Card:
    """`ours`: the numbers to ring and to text, "" for none; without one to ring, the office's stands there."""
    hotline, texts = ours
    return Card(
        organisation=row.organisation,
        code=row.code,
        form=forms[row.questionnaire_sha256],
        round_title=title,
        office=row.office,
        hotline=hotline or row.contact_number,
        officer=officer,
        officer_phone=officer_phone,
        texts=texts,
        rings_back=rings_back,
    )


def _officer(work: Work, row: CardRow, name: str, number: str) -> tuple[str, str]:
    """Whom to ask and under which number: as given, else who looks after the commune, else the office."""
    own, sealed = "", row.officer_phone
    if sealed and row.officer_id is not None and not name:
        own = phone.display_number(work.vault.open(sealed, "staff.phone", row.officer_id))
    return name or row.officer or row.office, number or own or row.contact_number


def _dialled(sender: SenderRow | None) -> str:
    return "" if sender is None else phone.display_number(sender.address)
