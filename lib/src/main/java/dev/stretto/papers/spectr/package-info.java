/**
 * <b>SpecTr: Fast Speculative Decoding via Optimal Transport</b> (arXiv 2310.15141).
 *
 * <p>Claim: verifying several drafts by optimal transport decodes 2.13 times faster than plain
 * decoding and 1.37 times faster than speculation with one draft, with the output's distribution
 * unchanged. Equations: K candidates drawn from the draft's distribution d are accepted at best
 * with probability {@code alpha* = 1 + min over sets S of [t(S) - d(S)^K]} under the target's
 * distribution t (section 4). K-SEQ (algorithm 3) accepts the first candidate with {@code u < t(x)
 * / (rho d(x))}, where {@code beta = sum over x of min(d(x), t(x) / rho)} and rho solves {@code 1 -
 * (1 - beta)^K = rho beta}; where all fail, the token is drawn from norm(max(t - rho d, 0)).
 *
 * <p>Read {@link dev.stretto.samplers.decoding.SpeculativeSampling} (one candidate), {@link
 * dev.stretto.papers.spectr.KSeq}, {@link dev.stretto.papers.spectr.MembershipTransport} (the
 * optimum), {@link dev.stretto.samplers.decoding.SequenceVerifier} (K sequences, depth by depth)
 * and {@link dev.stretto.papers.spectr.SpectrStudy}. The optimal plan itself is in the tests, for
 * at most 12 tokens.
 *
 * <p>Simplified: small character models and n-grams in place of PaLM-2; tokens per pass are counted
 * and speed is predicted, not measured. Deviation: the n-gram target has order 6 and its draft
 * order 3, where the specification names 5 and 1 to 3. Notebook: {@code
 * notebooks/03-speculative-decoding.ipynb}, section spectr.
 */
package dev.stretto.papers.spectr;
