//! Numbers of banks, accounts and taxpayers, and what is wrong with them.
//!
//! The control digit of an account: order of the Bank of Russia of 08.09.1997 № 515, «Порядок расчета
//! контрольного ключа в номере лицевого счета». Those of an ИНН: order of the tax service of
//! 29.06.2012 № ММВ-7-6/435@.

const ACCOUNT_WEIGHTS: [u32; 3] = [7, 1, 3];
const INN_WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const BIC_LENGTH: usize = 9;
const ACCOUNT_LENGTH: usize = 20;
const CORRESPONDENT: &str = "301";

/// The digits of a number of this length.
fn digits(text: &str, length: usize) -> Option<Vec<u32>> {
    let found: Vec<u32> = text.chars().map_while(|letter| letter.to_digit(10)).collect();
    (found.len() == length && text.len() == length).then_some(found)
}

/// Nine digits; those of Russia begin with 0.
pub fn is_bic(bic: &str) -> bool {
    digits(bic, BIC_LENGTH).is_some_and(|digits| digits[0] <= 2)
}

/// Twenty digits whose control digit fits the bank. Accounts at a unit of the Bank of Russia itself, to
/// which correspondent accounts belong, are checked with the unit's number.
pub fn is_account(account: &str, bic: &str) -> bool {
    let (Some(account_digits), Some(bank)) =
        (digits(account, ACCOUNT_LENGTH), digits(bic, BIC_LENGTH))
    else {
        return false;
    };
    let is_at_central_bank = account.starts_with(CORRESPONDENT)
        || ["000", "001", "002"].iter().any(|end| bic.ends_with(end));
    let prefix = if is_at_central_bank { vec![0, bank[4], bank[5]] } else { bank[6..].to_vec() };
    let sum: u32 = prefix
        .iter()
        .chain(&account_digits)
        .zip(ACCOUNT_WEIGHTS.iter().cycle())
        .map(|(digit, weight)| digit * weight % 10)
        .sum();
    sum.is_multiple_of(10)
}

/// Ten digits of a company or twelve of a person, with their control digits.
pub fn is_inn(inn: &str) -> bool {
    let control = |digits: &[u32]| {
        let weights = &INN_WEIGHTS[INN_WEIGHTS.len() - digits.len()..];
        digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 % 10
    };
    let is_zero = inn.bytes().all(|byte| byte == b'0');
    match (digits(inn, 10), digits(inn, 12)) {
        (Some(company), _) => !is_zero && control(&company[..9]) == company[9],
        (_, Some(person)) => {
            !is_zero && control(&person[..10]) == person[10] && control(&person[..11]) == person[11]
        }
        _ => false,
    }
}

/// Four digits, two digits or letters, three digits.
pub fn is_kpp(kpp: &str) -> bool {
    kpp.len() == 9
        && kpp.bytes().enumerate().all(|(place, byte)| {
            byte.is_ascii_digit() || (matches!(place, 4 | 5) && byte.is_ascii_uppercase())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_checked_with_their_bank() {
        assert!(is_account("40702810400000000225", "044525225"));
        assert!(!is_account("40702810400000000226", "044525225"));
        assert!(!is_account("40702810400000000225", "044525974"));
        assert!(is_account("30101810400000000225", "044525225"), "a correspondent account");
        assert!(!is_account("4070281040000000022", "044525225"));
        assert!(!is_account("4070281040000000022Х", "044525225"));
        assert!(!is_account("", ""));
    }

    #[test]
    fn one_wrong_digit_is_seen() {
        let good = "40702810400000000225";
        for place in 0..good.len() {
            let mut letters: Vec<char> = good.chars().collect();
            let digit = letters[place].to_digit(10).unwrap();
            letters[place] = char::from_digit((digit + 1) % 10, 10).unwrap();
            let wrong: String = letters.into_iter().collect();
            // The first three digits choose the rule, so another rule may fit by accident.
            assert!(place < 3 || !is_account(&wrong, "044525225"), "{wrong}");
        }
    }

    #[test]
    fn taxpayers_numbers_are_checked() {
        for inn in ["7707083893", "7736050003", "500100732259"] {
            assert!(is_inn(inn), "{inn}");
        }
        for inn in
            ["7707083894", "500100732258", "0", "", "0000000000", "77070838931", "ИНН7707083"]
        {
            assert!(!is_inn(inn), "{inn}");
        }
        assert!(is_kpp("773601001") && is_kpp("7736AB001") && !is_kpp("77360100"));
        assert!(is_bic("044525225") && !is_bic("44525225") && !is_bic("0445252255"));
    }
}
