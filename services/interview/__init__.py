"""The one door into an interview, its events, its questionnaires, staff entry."""
