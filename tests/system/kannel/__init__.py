"""Kannel really run: bearerbox and smsbox between the real gateway and two networks that the tests play."""
