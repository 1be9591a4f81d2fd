package dev.stretto.bench;

final class TableBench {
  private TableBench() {}

  static void run(long lines) {}
}
