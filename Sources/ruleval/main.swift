print("ruleval")
