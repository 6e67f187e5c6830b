"""Clips from a video service over HTTP.

`backend` has a clip made: `fields` and `values` say what is sent, `jobs` sends it and asks for it
by the service's `rules`, `reader` and `answer` read what comes back, `fetch` fetches the clip.
`recipes` knows well-known services; `settings` is what a file or the inspector says.
"""
