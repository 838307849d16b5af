//! Orders: intake, states and history, soft reservation, change and cancellation.
