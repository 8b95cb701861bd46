"""What follows from a contact: requests of respondents and staff, call backs, resumptions."""
