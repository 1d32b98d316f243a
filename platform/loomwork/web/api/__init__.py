"""REST under `/api/v1`: one thin function per verb over the services of the runtime."""
