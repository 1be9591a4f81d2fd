/**
 * <b>SpecTr: Fast Speculative Decoding via Optimal Transport</b> (arXiv 2310.15141).
 *
 * <p>Claim: verifying K drafted sequences by optimal transport decodes 2.13 times faster than plain
 * decoding and 1.37 times faster than with one draft, with the target's distribution unchanged.
 * Equations, with p the target's and q the draft's distribution: no rule accepts one of K
 * candidates more often than {@code alpha* = 1 + min over sets S of [p(S) - q(S)^K]} (section 4);
 * K-SEQ (algorithm 3) accepts the first candidate x with {@code u < p(x) / (rho q(x))}, where rho
 * solves {@code 1 - (1 - beta)^K = rho beta}, {@code beta = sum over x of min(q(x), p(x) / rho)},
 * and reaches at least {@code 1 - (1 - 1/K)^K} of alpha*.
 *
 * <p>Read {@link dev.stretto.samplers.decoding.SpeculativeSampling} (K = 1), {@link
 * dev.stretto.papers.spectr.KSeq}, {@link dev.stretto.papers.spectr.MembershipTransport} (the
 * optimum), {@link dev.stretto.samplers.decoding.SequenceVerifier} (whole sequences, depth by
 * depth) and {@link dev.stretto.papers.spectr.SpectrStudy}. The exact plan for tiny vocabularies is
 * in the tests.
 *
 * <p>Simplified: the targets are n-grams and a small character model; speed is predicted for a 7B
 * model, not measured, since K sequences of length 8 are no free positions on two cores. Notebook:
 * {@code notebooks/03-speculative-decoding.ipynb}, section spectr.
 */
package dev.stretto.papers.spectr;
