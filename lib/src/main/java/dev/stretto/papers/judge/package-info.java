/**
 * <b>Judge Decoding: Faster Speculative Sampling Requires Going Beyond Model Alignment</b> (arXiv
 * 2501.19309).
 *
 * <p>Claim: a small head that accepts correct but unlikely drafts makes a 405B model 9 times faster
 * with benchmark scores kept. Equation: {@code z = w h + b} of the target's state at the token;
 * keep it where it matches or where {@code 1 / (1 + exp(-z)) > theta}. Lossy.
 *
 * <p>Read {@link dev.stretto.papers.judge.JudgeOrExactMatch} (the rule), {@link
 * dev.stretto.papers.judge.JudgeHead} (labels to head), {@link
 * dev.stretto.papers.judge.LabelledAnswer}, {@link dev.stretto.papers.judge.StyledSums} (the task
 * and its checker), {@link dev.stretto.papers.judge.JudgeModels}, {@link
 * dev.stretto.papers.judge.CheckedAnswers} and {@link dev.stretto.papers.judge.JudgeStudy}.
 *
 * <p>Simplified: running sums in six styles with a checker in place of benchmarks and marked
 * answers; a target of the draft's size that starts from its weights. Deviations from the
 * specification: one layer of 24 in place of three of 64 for the target; the category of sums
 * without styles is not part of the section, because the family's small target gets none of them
 * right; the best rule without a head is chosen on the held-out prompts, as the judge's theta is.
 * Notebook: {@code notebooks/03-speculative-decoding.ipynb}, section judge.
 */
package dev.stretto.papers.judge;
