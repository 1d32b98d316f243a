"""What a record page offers beside its values: which page it is, quick actions, the next step. Lists use them for cards."""
