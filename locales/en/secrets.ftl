problem-secret_key_missing = There is no key of secrets: { $why ->
    [variable_invalid] AMBAR_SECRET_KEY is not base64 of 32 bytes. Correct the variable
    [file_invalid] the file secret.key in the data directory is not base64 of 32 bytes. Put it back from a copy, or move it away: a new key is made then, and passwords have to be entered again. Then
   *[file_unreadable] the file secret.key in the data directory can be neither read nor made (the log says why). Give the program rights to the directory or set AMBAR_SECRET_KEY
  } and restart the server. Until then passwords and access keys can be neither kept nor read; all else works.
problem-secret_key_wrong = The secret was encrypted with the key { $key }, which is not here. Put the former file secret.key back into the data directory (or its value into AMBAR_SECRET_KEY or AMBAR_SECRET_KEY_OLD) and restart the server; all nodes need the same key. If the key is lost, enter the secret again.
problem-secret_damaged = The encrypted secret was damaged or belongs to another record. Enter it again.
