"""Campaigns as rows: their audience, their planning, the steps that are due."""
