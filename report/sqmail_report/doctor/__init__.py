"""What is wrong with a host now, why, and what to do: for the person who was called."""
