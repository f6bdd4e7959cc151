Console.WriteLine("TAT for ML.NET");
