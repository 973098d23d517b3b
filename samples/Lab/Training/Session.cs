using AttentionDsl.Lab.Reports;

namespace AttentionDsl.Lab.Training;

/// <summary>Trains all runs of an experiment side by side, a thread a run.</summary>
internal static class Session
{
    /// <summary>Runs an experiment; results come in the order of the runs.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="seeds">One set of runs for each.</param>
    /// <param name="threads">Runs at a time.</param>
    /// <param name="folder">Where checkpoints go; null: nowhere.</param>
    /// <param name="cancellation">Stops all runs after their current step.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<RunResult> Run(Experiment experiment, IReadOnlyList<ulong> seeds, int threads, OutputFolder? folder, CancellationToken cancellation)
    {
        IReadOnlyList<RunSettings> runs = experiment.Runs(seeds);
        if (folder is not null)
        {
            // The largest model of the experiment stands for all: checkpoints of other mixers differ little.
            long parameters = experiment.Runs([seeds[0]]).Max(x => x.Model().Parameters.Sum(y => y.Value.Count));
            folder.Prepare(runs.Count, Checkpoint.Bytes(parameters));
        }

        var results = new RunResult[runs.Count];
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        TrainingProgress.Show(runs, progress =>
        {
            int next = -1;
            Exception? failure = null;
            Thread[] workers = [.. Enumerable.Range(0, Math.Min(threads, runs.Count)).Select(_ => new Thread(() =>
            {
                try
                {
                    for (int i = Interlocked.Increment(ref next); i < runs.Count && !failed.IsCancellationRequested; i = Interlocked.Increment(ref next))
                    {
                        var trainer = new Trainer(runs[i], folder?.Checkpoint(runs[i].Name));
                        int run = i;
                        results[i] = trainer.Run((step, loss) => progress.Step(run, step, loss, trainer.Result), failed.Token);
                        progress.End(run, results[run]);
                    }
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref failure, exception, null);
                    failed.Cancel();
                }
            }))];
            Array.ForEach(workers, x => x.Start());
            Array.ForEach(workers, x => x.Join());
            if (failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }
        });
        cancellation.ThrowIfCancellationRequested();
        return results;
    }
}
