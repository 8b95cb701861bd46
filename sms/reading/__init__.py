"""How a text of a respondent is read: numbers, days, options, wishes about contact, what no person wrote.

It must not know what was asked before the question at hand, nor whose text it is.
"""
