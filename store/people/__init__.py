"""Phones, what they can take and consented to, staff and their tasks, as rows."""
