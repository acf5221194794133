"""What remote hosts answer: its cause, whose trouble that is, and the way back."""
