"""Answers: pure functions of dated money and figures."""
