/**
 * The methods of the papers on speculative decoding, side by side: {@link
 * dev.stretto.papers.speculation.FamilyStudy} names their drafters in one place and counts,
 * predicts and times them; {@link dev.stretto.papers.speculation.SystemStudy} asks what a system
 * costs apart from its drafter. It imports papers; no paper imports it. Notebook: {@code
 * notebooks/03-speculative-decoding.ipynb}, sections "The family, side by side" and "What a system
 * costs apart from its drafter".
 */
package dev.stretto.papers.speculation;
