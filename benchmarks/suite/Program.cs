using BenchmarkDotNet.Running;

// dotnet run -c Release --project benchmarks/suite -- --filter '*Host*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
