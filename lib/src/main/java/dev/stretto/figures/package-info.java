/**
 * Plots over Lets-Plot, image grids, tables and their display in any Java kernel. A {@link
 * dev.stretto.figures.Figure} carries its data, so that whatever is drawn can be compared as
 * numbers.
 */
package dev.stretto.figures;
