"""When a request is whole, however its bytes are cut into pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.arrival import MAX_HEAD, Arrival, ArrivalState

LIMIT = 200
HEAD = b"POST /lists?a=b HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: Chunked\r\n\r\n"


def came(data: bytes, cuts: list[int]) -> Arrival:
    """An arrival fed piece by piece, until it is over."""
    arrival, at = Arrival(LIMIT), 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        if arrival.state is ArrivalState.PARTIAL:
            arrival.feed(data[at:cut])
            at = cut
    return arrival


cuts = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.binary(max_size=LIMIT), cuts)
def test_a_body_of_known_length_is_whole_with_its_last_byte(body: bytes, cuts: list[int]) -> None:
    data = HEAD + b"content-length: %d\r\n\r\n" % len(body) + body
    whole = came(data, cuts)
    assert (whole.state, whole.target, whole.take()) == (ArrivalState.WHOLE, b"/lists?a=b", data)
    assert came(data[:-1], cuts).state is ArrivalState.PARTIAL


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=8), st.sampled_from([b"", b"X: 1\r\n"]), cuts)
def test_a_body_in_chunks_is_whole_with_its_last_byte(bodies: list[bytes], trailer: bytes, cuts: list[int]) -> None:
    data = CHUNKED + b"".join(b"%X;a\r\n%s\r\n" % (len(body), body) for body in bodies) + b"0\r\n" + trailer + b"\r\n"
    whole = came(data, cuts)
    assert (whole.state, whole.take()) == (ArrivalState.WHOLE, data)
    assert came(data[:-1], cuts).state is ArrivalState.PARTIAL


@given(cuts)
def test_more_than_is_waited_for_is_large(cuts: list[int]) -> None:
    announced = HEAD + b"Content-Length: %d\r\n\r\n" % (LIMIT + 1)
    assert came(announced, cuts).state is ArrivalState.LARGE
    assert came(CHUNKED + b"%x\r\n" % LIMIT, cuts).state is ArrivalState.LARGE
    assert came(CHUNKED + b"1\r\na\r\n" * LIMIT, cuts).state is ArrivalState.LARGE
    assert came(b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD, cuts).state is ArrivalState.OVERLONG


@given(st.sampled_from([b"a\r\n", b"-1\r\n", b"\r\n", b"1\r\naX"]), cuts)
def test_nothing_is_waited_for_that_makes_no_sense(chunk: bytes, cuts: list[int]) -> None:
    """The server's parser says what is wrong."""
    state = came(CHUNKED + chunk, cuts).state
    assert state is (ArrivalState.PARTIAL if chunk in (b"a\r\n", b"1\r\naX") else ArrivalState.WHOLE)


@given(st.binary(max_size=400), cuts)
def test_any_bytes_come_to_some_state(data: bytes, cuts: list[int]) -> None:
    for head in (b"", HEAD, CHUNKED):
        assert came(head + data, cuts).state in ArrivalState


def test_an_expectation_is_met_once_and_forgotten() -> None:
    arrival = Arrival(LIMIT)
    arrival.feed(HEAD + b"Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
    assert (arrival.state, arrival.to_continue) == (ArrivalState.PARTIAL, True)
    arrival.feed(b"abc")
    assert (arrival.state, arrival.to_continue) == (ArrivalState.WHOLE, False)
    assert arrival.take() == HEAD + b"Content-Length: 3\r\n\r\nabc"
