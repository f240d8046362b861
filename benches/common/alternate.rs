//! Ratios: criterion measures one thing after the other, and a machine that others use too gets slower
//! and faster meanwhile. Here each round measures all of them, so that it does so for all alike.

/// Its name, and what does a round of it and gives the nanoseconds that a unit of it took.
pub type Work<'a> = (&'a str, Box<dyn FnMut() -> f64 + 'a>);

/// What was measured of one of them.
pub struct Measured<'a> {
    pub name: &'a str,
    /// The median, in nanoseconds.
    pub nanoseconds: f64,
    /// That of the fastest tenth of the rounds: what it takes while nobody else uses the machine.
    pub undisturbed: f64,
    /// To the first of them: the median of the rounds' ratios.
    pub ratio: f64,
}

pub fn alternate<'a>(rounds: usize, mut works: Vec<Work<'a>>) -> Vec<Measured<'a>> {
    let mut nanoseconds = vec![Vec::with_capacity(rounds); works.len()];
    let mut ratios = nanoseconds.clone();
    // The first rounds warm up.
    for round in 0..rounds + rounds / 10 {
        let times: Vec<f64> = works.iter_mut().map(|(_, work)| work()).collect();
        if round >= rounds / 10 {
            for (index, time) in times.iter().enumerate() {
                nanoseconds[index].push(*time);
                ratios[index].push(time / times[0]);
            }
        }
    }
    let of_each = works.iter().zip(nanoseconds).zip(ratios);
    of_each
        .map(|(((name, _), nanoseconds), ratios)| Measured {
            name,
            undisturbed: quantile(nanoseconds.clone(), 0.05),
            nanoseconds: quantile(nanoseconds, 0.5),
            ratio: quantile(ratios, 0.5),
        })
        .collect()
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() as f64 * part) as usize]
}
