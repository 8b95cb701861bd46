"""The API's refusals as Twilio writes them: code, words, HTTP status; and the magic test numbers that provoke them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A request that the API refuses; nothing happened."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def body(self) -> dict[str, Any]:
        """The error JSON of the API."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


WORDS = {
    20001: "Unknown parameters",
    20003: "Authenticate",
    20004: "Method not allowed",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21201: "No 'To' number is specified",
    21205: "Url is not a valid URL",
    21210: "'From' phone number not verified",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21213: "'From' phone number is required",
    21214: "'To' phone number cannot be reached",
    21215: "Account not authorized to call this number",
    21216: "Account not allowed to call this number",
    21217: "Phone number does not appear to be valid",
    21218: "Invalid Twiml parameter",
    21220: "Call is not in-progress. Cannot redirect.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number is not a valid, SMS-capable inbound phone number for your account",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21219: "Invalid SendDigits parameter",
    35111: "SendAt timestamp is missing",
    35114: "SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the future, inclusive.",
    35118: "MessagingServiceSid is required to schedule a message",
    20009: "Cannot delete this resource before it is complete",
    30409: "Could not cancel the message",
}

_MAGIC = "+1500555000"
OK_SENDER = _MAGIC + "6"
"""Accepted as sender; what it sends goes nowhere and no callback comes, as with test credentials."""

MAGIC_SENDERS = {
    "message": {_MAGIC + "1": 21212, _MAGIC + "7": 21606, _MAGIC + "8": 21611},
    "call": {_MAGIC + "1": 21212, _MAGIC + "7": 21210},
}
MAGIC_RECIPIENTS = {
    "message": {
        _MAGIC + "1": 21211,
        _MAGIC + "2": 21612,
        _MAGIC + "3": 21408,
        _MAGIC + "4": 21610,
        _MAGIC + "9": 21614,
    },
    "call": {_MAGIC + "1": 21217, _MAGIC + "2": 21214, _MAGIC + "3": 21215, _MAGIC + "4": 21216},
}


def refusal(code: int, status: int = 400) -> ApiError:
    """The refusal that `code` stands for."""
    return ApiError(code, WORDS[code], status)


def not_found(path: str) -> ApiError:
    """No such resource or route."""
    return ApiError(20404, f"The requested resource {path} was not found", 404)
