/**
 * <b>Adaptive Draft-Verification for Efficient Large Language Model Decoding</b> (ADED, arXiv
 * 2407.12021).
 *
 * <p>Claim: a tri-gram table that follows the output, searched like a game tree, drafts without
 * training and decodes up to 2.5 times faster. Equations (sections 3.1 and 3.2): before each draft
 * every tri-gram abc of the last 16 committed tokens gains {@code M_ab[c] = min(3, M_ab[c] + .04)};
 * a descent of the search takes the child with the largest {@code W/n + P sqrt(N)/(1 + n) (c1 +
 * ln((N + c2 + 1)/c2))}.
 *
 * <p>Read {@link dev.stretto.papers.aded.TrigramMatrix}, {@link
 * dev.stretto.papers.aded.MatrixUpdate}, {@link dev.stretto.papers.aded.BestFirstDraft} (the plain
 * baseline: the nodes with the largest products), {@link dev.stretto.papers.aded.PuctDraft} (the
 * paper's search), {@link dev.stretto.papers.aded.AdedDrafter} and {@link
 * dev.stretto.papers.aded.AdedStudy}.
 *
 * <p>Simplified: the target of most counts replays a given text, since how many drafts are kept
 * depends on the text alone; speed is predicted, not measured. Deviations: the public code looks up
 * one word of a search wrongly and draws anew for every path, which is biased; neither is copied.
 * Notebook: {@code notebooks/03-speculative-decoding.ipynb}, section aded.
 */
package dev.stretto.papers.aded;
