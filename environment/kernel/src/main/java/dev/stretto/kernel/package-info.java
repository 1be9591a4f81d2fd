/** A Java kernel for Jupyter that keeps the user surface of IJava. */
package dev.stretto.kernel;
