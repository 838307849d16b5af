//! Bar codes as modules: which are black, which white. Pure tables and arithmetic.
//!
//! Quiet zones are not part of a symbol; whoever places it keeps them free.

pub(super) mod code128;
pub(super) mod linear;
pub(super) mod matrix;

/// Adds a bar, a space, a bar … of these widths (digits) to `modules`.
fn push_widths(widths: &str, modules: &mut Vec<bool>) {
    for (index, width) in widths.bytes().enumerate() {
        modules.extend(std::iter::repeat_n(index % 2 == 0, usize::from(width - b'0')));
    }
}
