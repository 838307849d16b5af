//! Code 128 (ISO/IEC 15417): bars of any ASCII text with FNC1 anywhere, in as few symbols as can be.
//!
//! **Invariant:** what is encoded decodes to the same signs; a test reads the bars back.

/// Widths of bars and spaces of each symbol, the bar first; number 106 is the stop.
#[rustfmt::skip]
const PATTERNS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

const FNC1: u8 = 102;
const STOP: u8 = 106;

/// One thing to encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::labels) enum Sign {
    /// A byte of ASCII.
    Ascii(u8),
    /// The function sign of GS1: first in the symbol, or as separator.
    Fnc1,
}

/// The three subsets: A has capitals and control characters, B capitals and small letters, C pairs
/// of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subset {
    A,
    B,
    C,
}

impl Subset {
    const ALL: [Self; 3] = [Self::C, Self::B, Self::A];

    const fn start(self) -> u8 {
        match self {
            Self::A => 103,
            Self::B => 104,
            Self::C => 105,
        }
    }

    /// The symbol that changes into this subset from any other.
    const fn switch(self) -> u8 {
        match self {
            Self::A => 101,
            Self::B => 100,
            Self::C => 99,
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
            Self::C => 2,
        }
    }

    /// The symbol of the sign at the front, and how many signs it takes.
    fn symbol(self, signs: &[Sign]) -> Option<(u8, usize)> {
        match (self, signs) {
            (_, [Sign::Fnc1, ..]) => Some((FNC1, 1)),
            (Self::C, [Sign::Ascii(tens), Sign::Ascii(ones), ..])
                if tens.is_ascii_digit() && ones.is_ascii_digit() =>
            {
                Some(((tens - b'0') * 10 + ones - b'0', 2))
            }
            (Self::A, [Sign::Ascii(byte @ 0..=31), ..]) => Some((byte + 64, 1)),
            (Self::A, [Sign::Ascii(byte @ 32..=95), ..])
            | (Self::B, [Sign::Ascii(byte @ 32..=127), ..]) => Some((byte - 32, 1)),
            _ => None,
        }
    }
}

/// An encoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::labels) struct Code128 {
    symbols: Vec<u8>,
}

const FAR: usize = usize::MAX / 4;

impl Code128 {
    /// Encodes signs in as few symbols as possible; none if a byte is no ASCII or nothing is there.
    ///
    /// Works from the end: the cost of the rest in each subset is known before the choice is made.
    pub(in crate::labels) fn encode(signs: &[Sign]) -> Option<Self> {
        let mut cost = vec![[0_usize; 3]; signs.len() + 1];
        for at in (0..signs.len()).rev() {
            let mut stay = [FAR; 3];
            for subset in Subset::ALL {
                if let Some((_, taken)) = subset.symbol(&signs[at..]) {
                    stay[subset.index()] = 1 + cost[at + taken][subset.index()];
                }
            }
            let best = stay.iter().copied().min().unwrap_or(FAR);
            cost[at] = stay.map(|own| own.min(best + 1));
        }
        let first = Subset::ALL.into_iter().min_by_key(|subset| cost[0][subset.index()])?;
        if signs.is_empty() || cost[0][first.index()] >= FAR {
            return None;
        }
        let mut symbols = vec![first.start()];
        let (mut subset, mut at) = (first, 0);
        while at < signs.len() {
            let next = next_subset(subset, &signs[at..], &cost[at..]);
            if next != subset {
                subset = next;
                symbols.push(subset.switch());
            }
            let (symbol, count) = subset.symbol(&signs[at..])?;
            symbols.push(symbol);
            at += count;
        }
        Some(Self { symbols })
    }

    /// A code of given symbols, start included: what somebody else's label spells out.
    pub(in crate::labels) fn of_symbols(symbols: Vec<u8>) -> Self {
        Self { symbols }
    }

    /// Bars from the start to the stop, check symbol included, a value for each module.
    pub(in crate::labels) fn modules(&self) -> Vec<bool> {
        let mut sum = usize::from(self.symbols.first().copied().unwrap_or(0));
        for (place, symbol) in self.symbols.iter().enumerate().skip(1) {
            sum = (sum + place * usize::from(*symbol)) % 103;
        }
        let check = u8::try_from(sum % 103).expect("a remainder of 103 is small");
        let mut modules = Vec::with_capacity((self.symbols.len() + 2) * 11 + 2);
        for symbol in self.symbols.iter().copied().chain([check, STOP]) {
            super::push_widths(PATTERNS[usize::from(symbol.min(STOP))], &mut modules);
        }
        modules
    }
}

/// The subset to go on with: the present one unless another is shorter. Of two equal ways into
/// subset C the printers take the one at an even number of digits (ISO/IEC 15417, annex E).
fn next_subset(now: Subset, signs: &[Sign], cost: &[[usize; 3]]) -> Subset {
    let own = |subset: Subset| match subset.symbol(signs) {
        Some((_, taken)) => 1 + cost[taken][subset.index()],
        None => FAR,
    };
    let is_digit = |sign: &&Sign| matches!(sign, Sign::Ascii(byte) if byte.is_ascii_digit());
    let stay = own(now);
    let others = Subset::ALL.into_iter().filter(|subset| *subset != now);
    let best = others.min_by_key(|subset| own(*subset)).expect("there are three subsets");
    let change = own(best) + 1;
    let equal_wins =
        best == Subset::C && signs.iter().take_while(is_digit).count().is_multiple_of(2);
    if change < stay || (change == stay && equal_wins) { best } else { now }
}

/// The signs of a text; none if it has other than ASCII.
pub(in crate::labels) fn signs(text: &str) -> Option<Vec<Sign>> {
    text.is_ascii().then(|| text.bytes().map(Sign::Ascii).collect())
}

/// The signs of a GS1 element string: FNC1 first, and for every separator.
pub(in crate::labels) fn gs1_signs(text: &str) -> Option<Vec<Sign>> {
    let sign = |byte| if byte == 0x1D { Sign::Fnc1 } else { Sign::Ascii(byte) };
    text.is_ascii().then(|| std::iter::once(Sign::Fnc1).chain(text.bytes().map(sign)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads symbols back as a scanner does.
    fn decode(symbols: &[u8]) -> Vec<Sign> {
        let mut subset = match symbols[0] {
            103 => Subset::A,
            104 => Subset::B,
            _ => Subset::C,
        };
        let mut signs = Vec::new();
        for symbol in &symbols[1..] {
            match (subset, *symbol) {
                (_, FNC1) => signs.push(Sign::Fnc1),
                (Subset::A | Subset::B, 99) => subset = Subset::C,
                (Subset::A | Subset::C, 100) => subset = Subset::B,
                (Subset::B | Subset::C, 101) => subset = Subset::A,
                (Subset::C, pair) => {
                    signs.extend([Sign::Ascii(b'0' + pair / 10), Sign::Ascii(b'0' + pair % 10)]);
                }
                (Subset::A, value @ 64..=95) => signs.push(Sign::Ascii(value - 64)),
                (_, value) => signs.push(Sign::Ascii(value + 32)),
            }
        }
        signs
    }

    fn symbols(text: &str) -> Vec<u8> {
        Code128::encode(&signs(text).unwrap()).unwrap().symbols
    }

    #[test]
    fn digits_go_in_pairs_where_that_is_shorter() {
        assert_eq!(symbols("123456"), [105, 12, 34, 56]);
        assert_eq!(symbols("12345"), [105, 12, 34, 100, 21]);
        assert_eq!(symbols("A1234B"), [104, 33, 99, 12, 34, 100, 34]);
        assert_eq!(symbols("BN-12-K").len(), 8);
        assert_eq!(symbols("A\u{1}B"), [103, 33, 65, 34]);
    }

    #[test]
    fn every_symbol_is_eleven_modules_and_differs() {
        let mut seen = std::collections::BTreeSet::new();
        for pattern in &PATTERNS[..106] {
            let widths: u32 = pattern.bytes().map(|width| u32::from(width - b'0')).sum();
            assert_eq!((widths, pattern.len()), (11, 6));
            let bars: u32 = pattern.bytes().step_by(2).map(|width| u32::from(width - b'0')).sum();
            assert_eq!(bars % 2, 0, "bars of a symbol are an even number of modules wide");
            assert!(seen.insert(pattern));
        }
    }

    #[test]
    fn an_sscc_is_a_hundred_and_fifty_six_modules() {
        let code = Code128::encode(&gs1_signs("00346006820000000014").unwrap()).unwrap();
        assert_eq!(code.symbols[..3], [105, FNC1, 0]);
        assert_eq!(code.modules().len(), 11 * 13 + 13);
    }

    #[test]
    fn the_bars_are_those_of_another_encoder() {
        let other = barcoders::sym::code128::Code128::new("ƁHU-T0123-1").unwrap().encode();
        let other: Vec<bool> = other.into_iter().map(|module| module == 1).collect();
        let steps = "HU-T0123-1".bytes().map(|byte| byte - 32);
        let ours = Code128::of_symbols(std::iter::once(104).chain(steps).collect());
        assert_eq!(ours.modules(), other);
    }

    proptest! {
        #[test]
        fn any_signs_are_read_back(text in "[ -~\u{1}-\u{1f}]{1,40}", gs1 in any::<bool>()) {
            let signs = if gs1 { gs1_signs(&text) } else { signs(&text) }.unwrap();
            let code = Code128::encode(&signs).unwrap();
            prop_assert_eq!(decode(&code.symbols), signs);
            prop_assert_eq!(code.modules().len() % 11, 2);
        }

        #[test]
        fn every_pattern_agrees_with_another_encoder(text in "[ -~]{1,12}") {
            let other = barcoders::sym::code128::Code128::new(format!("Ɓ{text}")).unwrap().encode();
            let other: Vec<bool> = other.into_iter().map(|module| module == 1).collect();
            let symbols = std::iter::once(104).chain(text.bytes().map(|byte| byte - 32)).collect();
            prop_assert_eq!(Code128::of_symbols(symbols).modules(), other);
        }
    }
}
