/**
 * <b>STree: Speculative Tree Decoding for Hybrid State-Space Models</b> (arXiv 2505.14969).
 *
 * <p>Claim: a state-space model verifies a whole token tree in one packed pass, 1.45 times faster
 * than plain decoding where a chain of drafts gives 1.34. Equation (section 3): with the tree's
 * ancestor mask M, log transitions a and their sums along the branches s = M a, all nodes follow
 * from one state h_0: {@code Y = (M o C B^T o exp(s_i - s_j)) diag(dt) X + diag(exp s) C h_0^T}.
 * The mask comes before the exponential. What is kept are the nodes' activations; the accepted path
 * is replayed onto h_0.
 *
 * <p>Read {@link dev.stretto.models.statespace.TreeScan} (the equation), {@link
 * dev.stretto.models.statespace.HybridNetwork}, {@link dev.stretto.papers.stree.TreeUnroller} (the
 * baseline: a row per path), {@link dev.stretto.papers.stree.StateSpaceModels} and {@link
 * dev.stretto.papers.stree.StreeStudy}.
 *
 * <p>Simplified: hybrids of one million parameters on a character corpus. Deviations: the draft
 * learned the corpus and was not distilled from the target; trees are verified by exact matching.
 * Notebook: {@code notebooks/03-speculative-decoding.ipynb}, section stree.
 */
package dev.stretto.papers.stree;
