//! Prices of every kind of mail that the contract opens, asked for side by side.

use futures::future::{join, join_all};

use super::map::{self, Product, Target};
use super::{Lines, Post};
use crate::carriers::model::{Quote, QuoteAsk};
use crate::carriers::{Answer, CarrierError, Quoting};

impl Quoting for Post {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(self.quotes(ask))
    }
}

impl Post {
    async fn quotes(&self, ask: &QuoteAsk) -> Result<Vec<Quote>, CarrierError> {
        map::checked_money(ask.declared_kopecks, ask.cod_kopecks)?;
        let products = self.contract.settings.mail_types.iter();
        let products = products.filter_map(|name| Product::parse(name));
        let products: Vec<Product> = products.filter(|product| product.goes(ask.mode)).collect();
        let asked = products.contains(&Product::Ecom).then_some(ask);
        let answers = join_all(products.iter().map(|product| self.one(ask, *product)));
        let (answers, takes_ecom) = join(answers, self.takes_ecom(asked)).await;
        let mut quotes = Vec::new();
        let mut failure = None;
        for (product, answer) in products.into_iter().zip(answers) {
            match answer {
                Ok(_) if product == Product::Ecom && !takes_ecom => {}
                Ok(quote) => quotes.extend(quote),
                Err(error) if does_not_go(&error) => {}
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if quotes.is_empty() => Err(error),
            _ => Ok(quotes),
        }
    }

    /// Whether the chosen point is one that ЕКОМ goes to. The calculator names a price for any post
    /// office, and only the order would be refused.
    async fn takes_ecom(&self, asked: Option<&QuoteAsk>) -> bool {
        let code = asked.and_then(|ask| ask.to.point_code()).filter(|code| !code.is_empty());
        match (&self.lines, code) {
            (Lines::Contract(otpravka), Some(code)) => match otpravka.office(code).await {
                Ok(office) => !matches!(Target::at(office), Ok(Target::Office(_))),
                // Whoever orders is told what is wrong with it.
                Err(_) => true,
            },
            _ => true,
        }
    }

    async fn one(&self, ask: &QuoteAsk, product: Product) -> Result<Option<Quote>, CarrierError> {
        let postoffice = &self.contract.settings.postoffice;
        let money = map::checked_money(ask.declared_kopecks, ask.cod_kopecks)?;
        match &self.lines {
            Lines::Contract(otpravka) => {
                let ask_theirs = map::contract_ask(ask, postoffice, product, money)?;
                let reply = otpravka.tariff(&ask_theirs).await?;
                Ok(map::contract_quote(&reply, product, ask.mode))
            }
            Lines::Public(tariff) => {
                let query = map::public_query(ask, postoffice, product, money)?;
                let Some(query) = query else { return Ok(None) };
                Ok(map::public_quote(&tariff.tariff(&query).await?, product, ask.mode))
            }
        }
    }
}

/// Refusals that only say that this kind of mail is not for this parcel or this way.
fn does_not_go(error: &CarrierError) -> bool {
    const NO_WAY: [&str; 9] = [
        "TARIFF_ERROR",
        "CODE_1372",
        "1202",
        "1204",
        "1205",
        "1209",
        "1370",
        "1372",
        "RESTRICTED_MAIL_CATEGORY",
    ];
    match error {
        CarrierError::Refused { reasons, .. } => reasons.iter().all(|reason| {
            NO_WAY.contains(&reason.code.as_str())
                || ("1373"..="1378").contains(&reason.code.as_str())
        }),
        CarrierError::NotSayable { field, .. } => *field == "package",
        _ => false,
    }
}
