/**
 * Superposed Decoding: Multiple Generations from a Single Autoregressive Inference Pass (arXiv
 * 2405.18400). Lossy.
 *
 * <p><b>Claim.</b> k drafts from one autoregressive pass per position, at least as coherent as
 * nucleus sampling and, for three drafts or more, at least 2.44 times as fast as drawing them one
 * by one.
 *
 * <p><b>Equation.</b> The network reads x = sum_i w_i E[last token of draft i] with w = softmax(S),
 * S_i the drafts' scores. From its one row of logits z, p = softmax(z / T) over the best m = 3k
 * tokens, and from n-gram shares q_i = sum_n lambda_n share_n(x after draft i), a candidate's score
 * is (1 - alpha) log p(x) + alpha log q_i(x), minus infinity where q_i(x) = 0. The best 2k of all
 * sums S_i + score go on.
 *
 * <p><b>Reading order.</b> {@link dev.stretto.papers.superposed.Superposition} (weights, scores and
 * selection), {@link dev.stretto.papers.superposed.InterpolatedNGrams} (q), {@link
 * dev.stretto.papers.superposed.SuperposedDecoder} (the loop with its one row of state), {@link
 * dev.stretto.papers.superposed.SuperpositionFidelity} (how linear the network is), {@link
 * dev.stretto.papers.superposed.JavaTokens} (data and model), {@link
 * dev.stretto.papers.superposed.DraftComparison} (the ways it is compared with), {@link
 * dev.stretto.papers.superposed.SuperposedStudy}.
 *
 * <p><b>Simplified.</b> Lexical tokens of Java code, 1,500 types, 6 layers of 64, instead of a
 * language model of 7 billion weights; coherence is the negative log-likelihood under the target
 * alone. Speed is predicted: A100 passes by the latency model, the host's work measured.
 *
 * <p><b>Deviations from the specification.</b> Quick runs have 40 prompts instead of 100. Of the
 * pairs of alpha and temperature, those at temperature 1, the published one and (.54, .3) are run.
 *
 * <p>Notebook {@code notebooks/03-speculative-decoding.ipynb}, section 10, superposed.
 */
package dev.stretto.papers.superposed;
