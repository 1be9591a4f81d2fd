package dev.stretto.data.manifest;

/** The cuts of one file, or of one Kaldi directory. */
interface CutSource extends AutoCloseable {

  /** The next cut, null at the end; after an exception that is not fatal it can be called again. */
  Cut next();

  /** Where the last cut stood. */
  SourceLocation place();

  @Override
  void close();
}
