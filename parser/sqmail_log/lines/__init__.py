"""What the lines say: nobody else looks at their bytes."""
