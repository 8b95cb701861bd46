"""The questionnaire, the interview and its answers: what is asked and what was said, whatever the phone.

Pure: no channel, carrier, store, file, clock or random source is known here.
"""
