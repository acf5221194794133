"""What is told beside findings: what to do, causes of a longer time, what has changed."""
