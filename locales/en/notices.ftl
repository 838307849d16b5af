problem-webhook_endpoint_unknown = There is no such webhook endpoint. Reload the list.
problem-webhook_url_refused = Webhooks are not sent to this address: { $why ->
    [not_https] https is needed. For a host of the own network, ask the administrator to trust it
    [has_credentials] it must not hold a user and password; verify the signature instead
    [private_address] it is inside a private network. If the host is yours, ask the administrator to trust it
   *[not_an_address] https://host/path without “#” is expected
  }.
problem-webhook_endpoints_too_many = The owner has { $limit } webhook endpoints already, which is the limit. Remove one.
problem-webhook_endpoint_not_active = The endpoint { $endpoint } is paused or disabled. Resume it first.
problem-event_cursor_ahead = There is no such event yet: the last one is { $last }. Use next of the answer before.
