"""The questionnaire: its questions, the conditions and limits in it, the plan of what is asked when."""
