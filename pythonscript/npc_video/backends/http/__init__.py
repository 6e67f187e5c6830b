"""Generates clips with a video service over HTTP.

`backend` generates a clip. `fields` and `values` write the request, `jobs` sends it and polls the
job by the service's `rules`, `reader` and `answer` read responses, and `fetch` fetches the clip.
`recipes` has the settings of well-known services. `settings` reads those of a file or the
inspector.
"""
