"""Texts and calls as rows: on their way out and in, their senders, pace, receipts and doubts."""
