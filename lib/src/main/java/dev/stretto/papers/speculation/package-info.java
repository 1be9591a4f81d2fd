/**
 * The methods of the papers on speculative decoding, side by side: {@link
 * dev.stretto.papers.speculation.FamilyStudy} names their drafters in one place and counts,
 * predicts and times them. It imports papers; no paper imports it. Notebook: {@code
 * notebooks/03-speculative-decoding.ipynb}, section "The family, side by side".
 */
package dev.stretto.papers.speculation;
