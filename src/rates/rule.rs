//! Which offer is taken: the rule of the shop. Pure.

use super::Offer;
use crate::carriers::model::Quote;
use crate::ids::CarrierAccountId;
use crate::text_enum;
use crate::units::Kopecks;

text_enum! {
    /// What a shop wants when carrier or tariff are left to us.
    pub enum Goal {
        Cheapest = "cheapest",
        Fastest = "fastest",
        /// The first of its list that offers anything.
        Preferred = "preferred",
    }
}

/// What limits the choice.
#[derive(Debug, Clone)]
pub struct Rule<'a> {
    pub goal: Goal,
    /// Codes; the first ones are preferred, others are not taken. Empty: all.
    pub carriers: &'a [String],
    pub price_max: Option<Kopecks>,
}

/// The offer that is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    pub account: CarrierAccountId,
    pub carrier: String,
    pub quote: Quote,
}

/// Why none is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoChoice {
    /// Nobody brings it there; with what carriers said.
    Nobody { said: Vec<String> },
    /// The cheapest offer costs more than the shop wants to pay.
    TooDear { least: Kopecks, most: Kopecks },
    /// None of the carriers has answered: later one may.
    NoAnswer { said: Vec<String> },
}

/// The best offer by the rule. Equal ones are decided by price, days, carrier and tariff, so that the
/// same offers give the same choice.
pub fn choose(offers: &[Offer], rule: &Rule<'_>) -> Result<Chosen, NoChoice> {
    let rank = |carrier: &str| {
        if rule.carriers.is_empty() {
            return Some(0);
        }
        rule.carriers.iter().position(|code| code == carrier)
    };
    let allowed: Vec<(usize, &Offer)> =
        offers.iter().filter_map(|offer| Some((rank(&offer.carrier)?, offer))).collect();
    let all = allowed.iter().flat_map(|(rank, offer)| {
        let quotes = offer.answer.as_deref().unwrap_or_default();
        quotes.iter().map(move |quote| (*rank, *offer, quote))
    });
    let all: Vec<(usize, &Offer, &Quote)> = all.collect();
    let Some(least) = all.iter().map(|(_, _, quote)| quote.price_kopecks).min() else {
        return Err(nobody(&allowed));
    };
    let within = |quote: &Quote| rule.price_max.is_none_or(|most| quote.price_kopecks <= most);
    let best = all.into_iter().filter(|(_, _, quote)| within(quote)).min_by(|one, other| {
        let order = |(rank, offer, quote): &(usize, &Offer, &Quote)| {
            let days = quote.days_max.or(quote.days_min).unwrap_or(i64::MAX);
            let price = quote.price_kopecks;
            let (first, second, third) = match rule.goal {
                Goal::Cheapest => (price.get(), days, *rank),
                Goal::Fastest => (days, price.get(), *rank),
                Goal::Preferred => (i64::try_from(*rank).unwrap_or(i64::MAX), price.get(), 0),
            };
            (first, second, third, days, offer.carrier.clone(), quote.tariff.clone())
        };
        order(one).cmp(&order(other))
    });
    match best {
        Some((_, offer, quote)) => Ok(Chosen {
            account: offer.account,
            carrier: offer.carrier.clone(),
            quote: quote.clone(),
        }),
        None => Err(NoChoice::TooDear { least, most: rule.price_max.unwrap_or(least) }),
    }
}

fn nobody(allowed: &[(usize, &Offer)]) -> NoChoice {
    let failed =
        allowed.iter().filter_map(|(_, offer)| Some((offer, offer.answer.as_ref().err()?)));
    let mut said = Vec::new();
    let mut may_pass = false;
    for (offer, told) in failed {
        let words = told.args.iter().find(|(name, _)| *name == "said");
        let words = words.map_or(told.code, |(_, words)| words.as_str());
        said.push(format!("{}: {words}", offer.carrier));
        may_pass |= told.kind == crate::fault::Kind::Unavailable;
    }
    if may_pass { NoChoice::NoAnswer { said } } else { NoChoice::Nobody { said } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carriers::model::DeliveryMode;

    fn quote(tariff: &str, price: i64, days: i64) -> Quote {
        Quote {
            tariff: tariff.to_owned(),
            tariff_name: tariff.to_owned(),
            mode: DeliveryMode::Point,
            price_kopecks: Kopecks::new(price),
            lines: Vec::new(),
            days_min: Some(days),
            days_max: Some(days),
            weight_max_g: None,
        }
    }

    fn offers() -> Vec<Offer> {
        let offer = |carrier: &str, quotes| Offer {
            account: CarrierAccountId::new(),
            carrier: carrier.to_owned(),
            answer: Ok(quotes),
        };
        vec![
            offer("cdek", vec![quote("136", 35_000, 3), quote("234", 29_000, 6)]),
            offer("post", vec![quote("23030", 28_000, 9)]),
            offer("dpd", vec![quote("NDY", 80_000, 1)]),
        ]
    }

    fn taken(goal: Goal, carriers: &[&str], price_max: Option<i64>) -> Result<String, NoChoice> {
        let carriers: Vec<String> = carriers.iter().map(|code| (*code).to_owned()).collect();
        let rule = Rule { goal, carriers: &carriers, price_max: price_max.map(Kopecks::new) };
        choose(&offers(), &rule).map(|chosen| format!("{} {}", chosen.carrier, chosen.quote.tariff))
    }

    #[test]
    fn the_rule_of_the_shop_decides() {
        assert_eq!(taken(Goal::Cheapest, &[], None).unwrap(), "post 23030");
        assert_eq!(taken(Goal::Fastest, &[], None).unwrap(), "dpd NDY");
        assert_eq!(taken(Goal::Fastest, &[], Some(40_000)).unwrap(), "cdek 136");
        assert_eq!(taken(Goal::Preferred, &["cdek", "post"], None).unwrap(), "cdek 234");
        assert_eq!(taken(Goal::Cheapest, &["dpd"], None).unwrap(), "dpd NDY");
    }

    #[test]
    fn no_choice_says_why() {
        assert_eq!(
            taken(Goal::Cheapest, &[], Some(100)),
            Err(NoChoice::TooDear { least: Kopecks::new(28_000), most: Kopecks::new(100) })
        );
        assert_eq!(
            taken(Goal::Cheapest, &["boxberry"], None),
            Err(NoChoice::Nobody { said: Vec::new() })
        );
    }
}
