problem-internal = Internal error. Tell the administrator the request id.
problem-database_unavailable = The database is not available right now. Try again in a minute: nothing is lost and nothing is done twice.
problem-input_invalid = Wrong fields: { $fields }. Correct them and send again.
problem-body_invalid = The body cannot be read: { $why }
problem-body_too_large = The body is larger than allowed. Split the file.
problem-timed_out = The request took too long and was stopped. Repeat it with the same idempotency key.
problem-route_unknown = There is no such address. They are listed in /openapi.json.
problem-method_unknown = This address does not take this method.
problem-id_invalid = Not an id: { $id }. Expected { $prefix }_ and 32 characters.
problem-cursor_invalid = Wrong page cursor. Take next from the answer before.
problem-idempotency_key_missing = The header Idempotency-Key is needed: any unique text of up to 128 characters. It makes repeating the request safe.
problem-idempotency_key_reused = This idempotency key was used for another request. Take a new key.
problem-sequence_late = Scan no. { $sequence } is late: no. { $last } was taken already. Nothing was changed.
problem-unauthenticated = Log in: a valid token is needed in the header Authorization: Bearer.
problem-forbidden = Not allowed: the right “{ $right }” is needed.
problem-not_found = Not found: { $what ->
    [owner] owner
    [contract] contract
    [product] product
    [lot] lot
    [warehouse] warehouse
    [zone] zone
    [bin] bin
    [place] place
    [handling_unit] handling unit
    [acceptance_rule] acceptance rule
    [user] user
    [device] device
    [api_key] API key
    [printer] printer
    [order] order
    [order_line] order line
    [batch] batch
    [task] pick task
    [wave] wave
    [tote] tote
    [parcel] parcel
    [packaging] packaging
    [put_back] put-back task
    [carrier_invoice] carrier's invoice
   *[other] { $what }
}.
problem-login_failed = Wrong login or password.
problem-login_locked = Too many failed attempts. Wait { $seconds } s.
problem-badge_unknown = The badge is unknown or disabled.
problem-pin_wrong = Wrong PIN.
problem-link_invalid = The link is not valid: it works once, for a day. Ask the administrator for a new one.
problem-login_taken = The login { $login } is taken.
problem-device_name_taken = There is a device named { $name } already.
problem-password_weak = The password is too short: at least { $length } characters.
problem-pin_weak = PIN: 4 to 8 digits, not all the same.
problem-last_administrator = This is the last administrator: appoint another one before disabling.
problem-job_not_found = There is no job { $job }.
problem-job_not_dead = The job { $job } is { $state }: only dead ones can be retried.
field-missing = required
field-too_long = too long
field-too_small = too small
field-too_large = too large
field-bad_format = wrong format
field-unknown = unknown value
field-duplicate = repeated
field-bad_check_digit = wrong check digit
title-invalid = Invalid request
title-unauthenticated = Log in first
title-forbidden = Not allowed
title-not-found = Not found
title-conflict = Not possible now
title-reused = Key already used
title-too-many = Too often
title-unavailable = Temporarily unavailable
title-internal = Internal error
field-reserved = reserved for the operator's own series
problem-roles_unfit = The roles do not fit: a shop’s people have the role “shop_owner” and an owner, the operator’s people have no owner.
problem-user_inactive = The user is deactivated. Activate the user first.
setup-passwords-differ = The passwords differ. Enter the same one twice.
