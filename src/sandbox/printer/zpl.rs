//! A ZPL printer's ears and mouth.

use super::state::{Format, State};
use super::{Answers, Trouble};

const START: &[u8] = b"^XA";
const END: &[u8] = b"^XZ";
const COPIES: &[u8] = b"^PQ";
/// Commands that overtake what waits, longest first.
const IMMEDIATE: [&[u8]; 4] = [b"~HQES", b"~HS", b"~HI", b"~JA"];

/// Does what the bytes say, as far as they are whole.
pub(super) fn work(state: &mut State) -> Vec<u8> {
    let mut answer = Vec::new();
    while let Some((at, command)) = immediate(&state.input) {
        state.input.drain(at..at + command.len());
        match command {
            b"~HS" => answer.extend(host_status(state)),
            b"~HQES" => answer.extend(host_errors(state)),
            b"~HI" => answer.extend(b"\x02SANDBOX-200dpi,V1.0,8,4096KB\x03\r\n"),
            _ => {
                state.input.drain(..at);
                state.forget();
            }
        }
    }
    while let Some(reply) = next(state) {
        answer.extend(reply);
    }
    let is_quiet = state.has(Trouble::Silence) || state.build.answers == Answers::Nothing;
    if is_quiet { Vec::new() } else { answer }
}

fn immediate(input: &[u8]) -> Option<(usize, &'static [u8])> {
    let found = IMMEDIATE.into_iter().filter_map(|command| Some((find(input, command)?, command)));
    found.min_by_key(|(at, _)| *at)
}

/// Takes the next whole thing off the input.
fn next(state: &mut State) -> Option<Vec<u8>> {
    let start = find(&state.input, START);
    if let Some(end) = find(&state.input, b"\n")
        && start.is_none_or(|start| end < start)
    {
        let line: Vec<u8> = state.input.drain(..=end).collect();
        return Some(variable(&line, state));
    }
    let start = start?;
    let end = find(&state.input[start..], END)? + start + END.len();
    let format: Vec<u8> = state.input.drain(..end).skip(start).collect();
    let (label, left) = without_copies(&format);
    if left > 0 && find(&label, b"^FS").is_some() {
        state.formats.push_back(Format { label, left, drawn: false });
    }
    Some(Vec::new())
}

/// A label without `^PQ`, and what that said.
fn without_copies(format: &[u8]) -> (Vec<u8>, u32) {
    let Some(at) = find(format, COPIES) else { return (format.to_vec(), 1) };
    let rest = &format[at + COPIES.len()..];
    let length = rest.iter().position(|byte| *byte == b'^').unwrap_or(rest.len());
    let digits: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_digit).collect();
    let count = String::from_utf8_lossy(&digits).parse().unwrap_or(1);
    ([&format[..at], &rest[length..]].concat(), count)
}

fn variable(line: &[u8], state: &State) -> Vec<u8> {
    let line = String::from_utf8_lossy(line);
    if !line.contains("getvar") {
        return Vec::new();
    }
    let is_known = line.contains("odometer.total_label_count");
    match state.build.answers {
        Answers::All if is_known => format!("\"{}\"", state.odometer).into_bytes(),
        _ => b"\"?\"".to_vec(),
    }
}

fn host_status(state: &State) -> Vec<u8> {
    let flag = |trouble| u8::from(state.has(trouble));
    let stops = [Trouble::PaperOut, Trouble::RibbonOut, Trouble::HeadOpen, Trouble::Pause];
    let paused = u8::from(stops.iter().any(|trouble| state.has(*trouble)));
    let waiting = state.formats.iter().filter(|format| !format.drawn).count();
    let partial = u8::from(find(&state.input, START).is_some());
    let drawn = state.formats.front().filter(|format| format.drawn);
    // The label under the head is none that remains.
    let left = drawn.map_or(0, |format| format.left - 1);
    format!(
        "\x02030,{},{paused},1245,{waiting:03},0,0,{partial},000,0,0,0\x03\r\n\
         \x02000,0,{},{},1,2,4,0,{left:08},1,000\x03\r\n\x021234,0\x03\r\n",
        flag(Trouble::PaperOut),
        flag(Trouble::HeadOpen),
        flag(Trouble::RibbonOut),
    )
    .into_bytes()
}

fn host_errors(state: &State) -> Vec<u8> {
    let bits = [
        (Trouble::PaperOut, 0x1_u32),
        (Trouble::RibbonOut, 0x2),
        (Trouble::HeadOpen, 0x4),
        (Trouble::Pause, 0x1_0000),
    ];
    let errors = bits.iter().filter(|(trouble, _)| state.has(*trouble));
    let group = errors.fold(0, |all, (_, bit)| all | bit);
    let flag = u8::from(group != 0);
    format!(
        "\x02\r\n  PRINTER STATUS\r\n   ERRORS:         {flag} 00000000 {group:08X}\r\n   \
         WARNINGS:       0 00000000 00000000\r\n\x03"
    )
    .into_bytes()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
