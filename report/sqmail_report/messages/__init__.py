"""What becomes of messages and deliveries."""
