//! The responsibility matrix: services, in modes, against layers. What all agree on is folded, and what differs stands out.
//!
//! ```
//! use whose::analysis::matrix::{Column, Holder, Matrix};
//! use whose::catalogue::Catalogue;
//! use whose::catalogue::model::Layer;
//!
//! let catalogue = Catalogue::built_in();
//! let columns = ["ec2", "rds"].map(|id| Column {
//!     service: catalogue.service(id).expect("in the catalogue"),
//!     mode: None,
//!     resources: None,
//! });
//!
//! let folded = Matrix::new(&catalogue, columns.to_vec(), Layer::ALL).fold();
//! assert!(folded.differing.contains(&Layer::GuestOs));
//! let os = folded.differing.iter().position(|layer| *layer == Layer::GuestOs).expect("it differs");
//! assert_eq!(folded.profiles[0].holders[os], Some(Holder::Customer));
//! assert_eq!(folded.profiles[1].holders[os], Some(Holder::AwsAndCustomer));
//! ```

use std::cmp::Reverse;
use std::fmt;

use crate::catalogue::model::{Layer, Mode, Party, Service};
use crate::catalogue::{Answer, Catalogue};

/// A service, in a mode where it has modes, and how often it is used.
#[derive(Clone, Copy, Debug)]
pub struct Column<'c> {
    /// The service.
    pub service: &'c Service,
    /// The mode.
    pub mode: Option<&'c Mode>,
    /// How many things of an inventory it stands for; none where the service was named by somebody.
    pub resources: Option<u64>,
}

impl Column<'_> {
    /// `rds`, or `eks@fargate`.
    #[must_use]
    pub fn label(&self) -> String {
        match self.mode {
            Some(mode) => format!("{}@{}", self.service.id, mode.id),
            None => self.service.id.to_string(),
        }
    }

    /// The name in full, with the mode's.
    #[must_use]
    pub fn title(&self) -> String {
        match self.mode {
            Some(mode) => format!("{} ({})", self.service.name, mode.name),
            None => self.service.name.to_string(),
        }
    }

    /// The label, with the count behind it if there is one: `eks@fargate (3)`.
    #[must_use]
    pub fn counted(&self) -> String {
        match self.resources {
            Some(count) => format!("{} ({count})", self.label()),
            None => self.label(),
        }
    }
}

/// Who holds a layer, told finer than by party: whether AWS leaves a part to the customer, and which third party it is. In
/// the order of what is left to the customer, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder<'c> {
    /// AWS alone.
    Aws,
    /// AWS, and the customer has duties beside it: `AWS+`.
    AwsAndCustomer,
    /// A third party, by name.
    ThirdParty(&'c str),
    /// Both must act.
    Shared,
    /// The customer.
    Customer,
}

impl<'c> Holder<'c> {
    /// Who holds the layer of an answer.
    #[must_use]
    pub fn of(answer: &Answer<'c>) -> Self {
        match answer.split.party {
            Party::Aws if answer.is_mine() => Self::AwsAndCustomer,
            Party::Aws => Self::Aws,
            Party::ThirdParty => {
                Self::ThirdParty(answer.split.third_party.as_ref().map_or("third party", |third| &third.name))
            }
            Party::Shared => Self::Shared,
            Party::Customer => Self::Customer,
        }
    }

    /// Whose layer it is, whoever has a part in it.
    #[must_use]
    pub const fn party(self) -> Party {
        match self {
            Self::Aws | Self::AwsAndCustomer => Party::Aws,
            Self::ThirdParty(_) => Party::ThirdParty,
            Self::Shared => Party::Shared,
            Self::Customer => Party::Customer,
        }
    }
}

/// The word of the party, with a plus where AWS leaves a part to the customer: `aws+`.
impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if *self == Self::AwsAndCustomer { "+" } else { "" };
        write!(f, "{}{more}", self.party())
    }
}

/// In which order columns stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sort {
    /// By service and mode.
    Name,
    /// What leaves most to the customer first: by the layers that AWS does not hold, then by those in which the customer has
    /// a duty.
    Mine,
}

/// Services against layers, and who holds each layer of each.
#[derive(Clone, Debug)]
pub struct Matrix<'c> {
    layers: Vec<Layer>,
    rows: Vec<MatrixRow<'c>>,
    hidden: Vec<Holder<'c>>,
}

/// A service of a matrix with its answers: one a layer, none where a filter hides it.
#[derive(Clone, Debug)]
struct MatrixRow<'c> {
    column: Column<'c>,
    answers: Vec<Option<Answer<'c>>>,
}

impl<'c> Matrix<'c> {
    /// Every layer of `layers` in every column.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue, columns: Vec<Column<'c>>, layers: &[Layer]) -> Self {
        let answers = |column: &Column<'c>| {
            layers.iter().map(|layer| Some(catalogue.split(column.service, column.mode, *layer))).collect()
        };
        let rows = columns.into_iter().map(|column| MatrixRow { answers: answers(&column), column }).collect();
        Self { layers: layers.to_vec(), rows, hidden: Vec::new() }
    }

    /// Only the layers that have not the same holder in all columns.
    #[must_use]
    pub fn differing(self) -> Self {
        let differs: Vec<bool> = (0..self.layers.len()).map(|place| self.agreed(place).is_none()).collect();
        self.with_layers(&differs)
    }

    /// Only the answers that are wanted, and the columns and layers of which any is left.
    #[must_use]
    pub fn filtered(mut self, wanted: impl Fn(&Answer<'c>) -> bool) -> Self {
        for answer in self.rows.iter_mut().flat_map(|row| &mut row.answers) {
            if let Some(hidden) = answer.take_if(|answer| !wanted(answer)) {
                self.hidden.extend(hidden.is_mine().then(|| Holder::of(&hidden)));
            }
        }
        self.rows.retain(|row| row.answers.iter().any(Option::is_some));
        let left = |place: usize| self.rows.iter().any(|row| row.answers[place].is_some());
        let left: Vec<bool> = (0..self.layers.len()).map(left).collect();
        self.with_layers(&left)
    }

    /// The columns in another order; columns that are alike in it stay as they are.
    #[must_use]
    pub fn sorted(mut self, by: Sort) -> Self {
        match by {
            Sort::Name => self.rows.sort_by_cached_key(|row| row.column.label()),
            Sort::Mine => self.rows.sort_by_cached_key(|row| {
                let answers = || row.answers.iter().flatten();
                let not_of_aws = answers().filter(|answer| answer.split.party != Party::Aws).count();
                Reverse((not_of_aws, answers().filter(|answer| answer.is_mine()).count()))
            }),
        }
        self
    }

    /// The layers at the places that are `kept`.
    fn with_layers(mut self, kept: &[bool]) -> Self {
        fn keep<T>(list: &mut Vec<T>, kept: &[bool]) {
            let mut places = kept.iter();
            list.retain(|_| places.next().is_some_and(|kept| *kept));
        }
        keep(&mut self.layers, kept);
        for row in &mut self.rows {
            keep(&mut row.answers, kept);
        }
        self
    }

    /// The layers, in the order in which they were given.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &Column<'c>> {
        self.rows.iter().map(|row| &row.column)
    }

    /// The columns, each with its answers in the order of the layers.
    #[must_use]
    pub fn answers(&self) -> impl ExactSizeIterator<Item = (&Column<'c>, &[Option<Answer<'c>>])> {
        self.rows.iter().map(|row| (&row.column, &*row.answers))
    }

    /// What is left after the filters, column by column.
    pub fn cells(&self) -> impl Iterator<Item = (&Column<'c>, &Answer<'c>)> {
        self.rows.iter().flat_map(|row| row.answers.iter().flatten().map(|answer| (&row.column, answer)))
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells().next().is_none()
    }

    /// Who holds the layer, of each answer that a filter hides although the customer has a duty in it.
    #[must_use]
    pub fn hidden(&self) -> &[Holder<'c>] {
        &self.hidden
    }

    /// The holder that all columns have of the layer at `place`, if they agree and none is hidden.
    fn agreed(&self, place: usize) -> Option<Holder<'c>> {
        let mut holders = self.rows.iter().map(|row| row.answers[place].as_ref().map(Holder::of));
        let first = holders.next()??;
        holders.all(|holder| holder == Some(first)).then_some(first)
    }

    /// The layers on which all columns agree by themselves, and the columns by what they say of the others.
    #[must_use]
    pub fn fold(&self) -> Folded<'c> {
        let mut folded = Folded { same: Vec::new(), differing: Vec::new(), profiles: Vec::new() };
        let mut places = Vec::new();
        for (place, &layer) in self.layers.iter().enumerate() {
            let Some(holder) = self.agreed(place) else {
                places.push(place);
                folded.differing.push(layer);
                continue;
            };
            match folded.same.iter_mut().find(|(known, _)| *known == holder) {
                Some((_, layers)) => layers.push(layer),
                None => folded.same.push((holder, vec![layer])),
            }
        }
        for row in &self.rows {
            let holders: Vec<_> = places.iter().map(|&place| row.answers[place].as_ref().map(Holder::of)).collect();
            match folded.profiles.iter_mut().find(|profile| profile.holders == holders) {
                Some(profile) => profile.columns.push(row.column),
                None => folded.profiles.push(Profile { columns: vec![row.column], holders }),
            }
        }
        folded
    }
}

/// A matrix of which nothing is said twice.
#[derive(Clone, Debug)]
pub struct Folded<'c> {
    /// The layers that every column gives to one holder, by holder, in the order of the layers.
    pub same: Vec<(Holder<'c>, Vec<Layer>)>,
    /// The other layers.
    pub differing: Vec<Layer>,
    /// The columns by what they say of the differing layers, in the order of the columns.
    pub profiles: Vec<Profile<'c>>,
}

/// Columns that say the same of every differing layer.
#[derive(Clone, Debug)]
pub struct Profile<'c> {
    /// The columns.
    pub columns: Vec<Column<'c>>,
    /// Who holds each of the differing layers; none where a filter hides it.
    pub holders: Vec<Option<Holder<'c>>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix of services of the catalogue: `rds`, `eks@fargate`.
    fn matrix<'c>(catalogue: &'c Catalogue, names: &[&str]) -> Matrix<'c> {
        let column = |name: &&str| {
            let (id, mode) = name.split_once('@').map_or((*name, None), |(id, mode)| (id, Some(mode)));
            let service = catalogue.service(id).expect("a service");
            Column { service, mode: mode.map(|mode| service.mode(mode).expect("a mode")), resources: None }
        };
        Matrix::new(catalogue, names.iter().map(column).collect(), Layer::ALL)
    }

    fn labels(matrix: &Matrix<'_>) -> Vec<String> {
        matrix.columns().map(Column::label).collect()
    }

    #[test]
    fn a_layer_with_one_holder_is_folded_and_no_other() {
        let catalogue = Catalogue::built_in();
        let folded = matrix(&catalogue, &["ec2", "rds", "s3", "ec2"]).fold();
        let mut all: Vec<Layer> = folded.same.iter().flat_map(|(_, layers)| layers.clone()).collect();
        assert!(folded.same.contains(&(
            Holder::Aws,
            vec![
                Layer::PhysicalFacilities,
                Layer::GlobalInfrastructure,
                Layer::NetworkInfrastructure,
                Layer::FoundationServices
            ]
        )));
        all.extend(&folded.differing);
        all.sort_unstable();
        assert_eq!(all, Layer::ALL, "every layer once");
        // The two that are the same share a profile.
        let profiles: Vec<Vec<String>> =
            folded.profiles.iter().map(|profile| profile.columns.iter().map(Column::label).collect()).collect();
        assert_eq!(profiles, [vec!["ec2", "ec2"], vec!["rds"], vec!["s3"]]);
        for profile in &folded.profiles {
            assert_eq!(profile.holders.len(), folded.differing.len());
        }
        let nothing = matrix(&catalogue, &[]).fold();
        assert!(nothing.same.is_empty() && nothing.profiles.is_empty());
    }

    #[test]
    fn the_customers_part_in_what_aws_holds_is_a_difference() {
        let catalogue = Catalogue::built_in();
        // AWS holds the operating system of both; RDS leaves a part of it to the customer.
        let both = matrix(&catalogue, &["rds", "s3"]);
        let parties: Vec<Party> = both
            .cells()
            .filter(|(_, answer)| answer.layer == Layer::GuestOs)
            .map(|(_, answer)| answer.split.party)
            .collect();
        assert_eq!(parties, [Party::Aws, Party::Aws]);
        assert!(both.clone().differing().layers().contains(&Layer::GuestOs));
        assert!(both.fold().differing.contains(&Layer::GuestOs));
        // Two third parties are two holders.
        assert!(Holder::ThirdParty("Oracle") != Holder::ThirdParty("Red Hat"));
        assert_eq!(matrix(&catalogue, &["ec2"]).differing().layers(), []);
    }

    #[test]
    fn a_fold_is_of_what_the_filter_leaves() {
        let catalogue = Catalogue::built_in();
        let all = matrix(&catalogue, &["ec2", "rds", "s3"]);
        let mine = all.cells().filter(|(_, answer)| answer.is_mine()).count();
        let yours = all.filtered(|answer| answer.split.party == Party::Customer);
        // What is said to be the customer's in all is so in each.
        let folded = yours.fold();
        for (holder, layers) in &folded.same {
            assert_eq!(*holder, Holder::Customer);
            for layer in layers {
                let there = yours.cells().filter(|(_, answer)| answer.layer == *layer).count();
                assert_eq!(there, yours.columns().len(), "{layer}");
            }
        }
        // A layer that is hidden in one column is no agreement, and one that is hidden in all is gone.
        let os = folded.differing.iter().position(|layer| *layer == Layer::GuestOs).expect("only EC2's is left");
        let holders: Vec<_> = folded.profiles.iter().map(|profile| profile.holders[os]).collect();
        assert_eq!(holders, [Some(Holder::Customer), None, None]);
        assert!(!yours.layers().contains(&Layer::PhysicalFacilities));
        assert_eq!(yours.hidden().len() + yours.cells().count(), mine);
        // A column of which nothing is left is gone.
        let os = yours.filtered(|answer| answer.layer == Layer::GuestOs);
        assert_eq!((labels(&os), os.layers()), (vec!["ec2".to_owned()], &[Layer::GuestOs][..]));
        assert!(os.filtered(|_| false).is_empty());
    }

    #[test]
    fn columns_are_sorted_by_name_or_by_what_is_left_to_the_customer() {
        let catalogue = Catalogue::built_in();
        let names = ["s3", "eks@fargate", "ec2", "rds", "eks@auto-mode"];
        let all = || matrix(&catalogue, &names);
        assert_eq!(labels(&all()), names);
        assert_eq!(labels(&all().sorted(Sort::Name)), ["ec2", "eks@auto-mode", "eks@fargate", "rds", "s3"]);
        let not_of_aws = |(_, answers): (&Column<'_>, &[Option<Answer<'_>>])| {
            answers.iter().flatten().filter(|answer| answer.split.party != Party::Aws).count()
        };
        let sorted = all().sorted(Sort::Mine);
        assert!(sorted.answers().map(not_of_aws).is_sorted_by(|before, after| before >= after));
        assert_eq!(labels(&sorted)[0], "ec2");
        assert_eq!(sorted.columns().len(), names.len());
    }

    #[test]
    fn a_holder_has_the_word_of_its_party() {
        let words = [Holder::Aws, Holder::AwsAndCustomer, Holder::ThirdParty("X"), Holder::Shared, Holder::Customer];
        assert!(words.is_sorted());
        assert_eq!(words.map(|holder| holder.to_string()), ["aws", "aws+", "third-party", "shared", "customer"]);
    }
}
