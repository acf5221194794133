"""How much each word of an answer speaks for each cause, learnt from labelled answers."""
