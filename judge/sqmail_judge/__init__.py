"""What is wrong with a mail host, since when and why: one judgement for checks, reports and pages."""
