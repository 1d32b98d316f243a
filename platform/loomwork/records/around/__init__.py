"""What is around a record: its history, with whom it is shared, why one may do what with it, and files of many of them."""
