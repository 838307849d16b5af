//! Waves, carts, pick tasks, short picks, put-back.
