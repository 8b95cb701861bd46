"""Campaigns: drafted, previewed, launched, planned, advanced step by step, ended."""
