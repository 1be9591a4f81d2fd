package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/** Passes everything to another drafter and remembers what was drafted and kept: for looking at. */
public final class RecordingDrafter implements Drafter {
  private final Drafter inner;
  private final List<Recorded> passes = new ArrayList<>();

  /**
   * One row of one pass.
   *
   * @param request the row's number in the call
   * @param emitted tokens of the output before the pass
   * @param draft what was fed
   * @param path nodes kept, from 0 on
   */
  public record Recorded(int request, int emitted, Draft draft, int[] path) {}

  private RecordingDrafter(Drafter inner) {
    this.inner = inner;
  }

  /**
   * A recording drafter.
   *
   * @param inner who drafts
   * @return the same drafts, remembered
   */
  public static RecordingDrafter of(Drafter inner) {
    return new RecordingDrafter(inner);
  }

  /** {@return what was drafted, pass by pass and row by row} */
  public List<Recorded> passes() {
    return List.copyOf(passes);
  }

  @Override
  public boolean wantsHidden() {
    return inner.wantsHidden();
  }

  @Override
  public Drafting open(Prompt prompt) {
    Drafting drafting = inner.open(prompt);
    return new Drafting() {
      private int[] emitted = {};

      @Override
      public Draft[] draft(NDManager scope, Row[] rows) {
        emitted = new int[rows.length];
        for (int b = 0; b < rows.length; b++) {
          emitted[b] = rows[b].emitted();
        }
        return drafting.draft(scope, rows);
      }

      @Override
      public void committed(VerifiedPass pass) {
        for (int b = 0; b < pass.rows().length; b++) {
          passes.add(
              new Recorded(
                  pass.rows()[b].request(), emitted[b], pass.drafts()[b], pass.paths()[b]));
        }
        drafting.committed(pass);
      }

      @Override
      public void gather(int[] rows) {
        drafting.gather(rows);
      }

      @Override
      public void close() {
        drafting.close();
      }
    };
  }
}
