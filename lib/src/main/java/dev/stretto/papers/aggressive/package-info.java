/**
 * <b>Lossless Acceleration for Seq2seq Generation with Aggressive Decoding</b> (arXiv 2205.10350).
 *
 * <p>Claim: copying the source as the draft corrects grammar 7 to 9 times faster with the greedy
 * result unchanged (IAD); a parallel drafter gives 3 to 5 times in translation (GAD). Equation: an
 * edit costs about two passes, so the tokens per pass are {@code tau = |y| / (1 + 2 edits)}.
 *
 * <p>Read {@link dev.stretto.papers.aggressive.InputGuidedDrafter} (the copy and its re-alignment),
 * {@link dev.stretto.papers.aggressive.BlockDrafter} and {@link
 * dev.stretto.papers.aggressive.TopBetaTolerance} (GAD and GAD++), {@link
 * dev.stretto.papers.aggressive.SeqToSeqModels} (the models), {@link
 * dev.stretto.papers.aggressive.AggressiveStudy}; {@link dev.stretto.papers.aggressive.NoisyLines}
 * and {@link dev.stretto.papers.aggressive.JflegReplay} are the data.
 *
 * <p>Simplified: characters in place of subwords, two toy languages in place of translation
 * corpora, widths of 64. Deviations from the specification: the lines are code and records (no
 * Shakespeare); the draft length of the timed run comes from the cost curve and the paper's rule is
 * timed; the block length is chosen on other sentences; extended runs repeat the data, not the
 * training. Notebook: {@code notebooks/03-speculative-decoding.ipynb}, section aggressive.
 */
package dev.stretto.papers.aggressive;
